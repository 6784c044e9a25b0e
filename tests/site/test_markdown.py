"""Titles, first sentences and links of Markdown."""

from __future__ import annotations

import pytest

from tools.site import markdown, pages

PAGE = """\
<!-- Generated. -->

# The `Clerk` client

![A picture](images/a.png)

Read [the guide](guide.md#start): it is *short*. It has [one](two.md) more sentence.

```sh
# not a title: [no link](code.md)
```

Inline `[no](link.md)` and ``a ` [no](b.md)``, but [`code` in a link](c.md "title").

=== "Sync"

    [A link in a tab](d.md)

    ````markdown
    ```
    [no](e.md)
    ```
    [no](f.md)
    ````

[named]: g.md
[^1]: A footnote, [with a link](h.md).
"""


def test_title_is_the_first_heading_without_markup() -> None:
    assert markdown.title(PAGE) == "The Clerk client"


def test_page_without_a_title_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the page has no title: .* not 'Text\.'"):
        markdown.title("Text.")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (PAGE, "Read the guide: it is short."),
        ("# T\n\n`run(x)` returns 1.5 seconds. More.\n", "run(x) returns 1.5 seconds."),
        ("# T\n\nUse any of these:\n\n- a\n", "Use any of these"),
        ("# T\n\nIn two\nlines. More.\n", "In two lines."),
        ("# T\n\n| a |\n| --- |\n", ""),
        ("# T\n\n```sh\nls\n```\n\nAfter code.\n", "After code."),
        ("# T\n\nA name, e.g. this, is kept. More.\n", "A name, e.g. this, is kept."),
    ],
)
def test_first_sentence_is_that_of_the_first_paragraph(text: str, sentence: str) -> None:
    assert markdown.first_sentence(text) == sentence


def test_links_in_code_are_no_links() -> None:
    assert markdown.links(PAGE) == ["images/a.png", "guide.md#start", "two.md", "c.md", "d.md", "g.md", "h.md"]


def test_replaced_links_change_nothing_else() -> None:
    replaced = markdown.replace_links(PAGE, lambda target: f"../{target}")
    assert replaced.count("../") == 7
    assert replaced.replace("../", "") == PAGE


def test_every_page_has_a_title_and_a_sentence_for_lists() -> None:
    assert [page.path for page in pages.collect() if not page.title] == []
    unnamed = [page.path for page in pages.collect() if not page.summary and not page.path.startswith("reference/")]
    assert unnamed == []
