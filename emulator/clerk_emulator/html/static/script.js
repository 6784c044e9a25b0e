// What pages do better with a script; all of them work without it.

const COPIED_FOR = 1500;
const LIVE_EVERY = 2000;

function showCopyButtons(root) {
  for (const button of root.querySelectorAll('button[data-copy]')) {
    button.hidden = !navigator.clipboard;
  }
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-copy]');
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = 'Copy'; }, COPIED_FOR);
});

// Lists that show what happens now are fetched again, unless somebody reads an older page or uses the list.
function isInUse(element) {
  return element.contains(document.activeElement) || !document.getSelection().isCollapsed;
}

async function refresh() {
  const lists = [...document.querySelectorAll('[data-live]')];
  if (document.hidden || lists.some(isInUse)) return;
  const response = await fetch(location.href, { headers: { Accept: 'text/html' } });
  if (!response.ok) return;
  const fetched = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const list of lists) {
    const next = fetched.querySelector(`[data-live="${list.dataset.live}"]`);
    if (!next || next.textContent === list.textContent || isInUse(list)) continue;
    const known = new Set([...list.querySelectorAll('tbody a')].map((link) => link.getAttribute('href')));
    for (const row of next.querySelectorAll('tbody tr')) {
      const link = row.querySelector('a');
      if (link && !known.has(link.getAttribute('href'))) row.classList.add('fresh');
    }
    list.replaceChildren(...next.childNodes);
    showCopyButtons(list);
  }
}

showCopyButtons(document);
document.querySelector('.side nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

const address = new URL(location.href);
if (address.searchParams.has('notice')) {
  address.searchParams.delete('notice');
  history.replaceState(null, '', address);
}
if (document.querySelector('[data-live]') && !address.searchParams.has('after')) {
  setInterval(() => { refresh().catch(() => {}); }, LIVE_EVERY);
}
