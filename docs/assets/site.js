// Mends what the theme leaves to readers who use a keyboard or a screen reader.

function mend() {
  // Only the navigation itself is a landmark, not the lists within it, nor the button that copies a block of code.
  for (const list of document.querySelectorAll("nav nav:not([role]), .md-code__nav:not([role])")) {
    list.removeAttribute("aria-labelledby")
    list.removeAttribute("aria-expanded")
    list.setAttribute("role", "none")
  }
  document.querySelector(".md-path")?.setAttribute("aria-label", "Path of this page")
  // Tables that are wider than the window scroll with the arrow keys.
  for (const table of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) {
    table.tabIndex = 0
  }
}

// On a narrow window, labels open the navigation and the search. The theme clicks the label that has the focus.
for (const button of document.querySelectorAll(".md-header label[for=__drawer], .md-header label[for=__search]")) {
  button.tabIndex = 0
}

mend()
// The theme adds elements later.
new MutationObserver(mend).observe(document.body, { childList: true, subtree: true })
