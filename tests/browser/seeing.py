"""What an eye would catch on a page: words that are cut, words on top of one another, a page that moves sideways."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.pages import INSIDE

#: Every run of words that is seen, with its box as far as nothing hides it. `cut`: what hides a part of it and cannot
#: be scrolled; on a wall nobody scrolls. A box is narrowed to the middle of its line, since fonts reach beyond theirs.
_WORDS = """(isWall) => {
  const hides = (style) => /hidden|clip/.test(style.overflowX + style.overflowY);
  const scrolls = (style) => /auto|scroll/.test(style.overflowX + style.overflowY);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const words = node.textContent.trim();
    const parent = node.parentElement;
    if (!words || parent.closest('script, style, .hidden, option, title, [hidden]')) continue;
    const own = getComputedStyle(parent);
    if (own.visibility === 'hidden' || own.display === 'none') continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 2 || box.height < 2) continue;
      let [left, right] = [box.left, box.right];
      let [top, bottom] = [box.top + box.height * 0.25, box.bottom - box.height * 0.25];
      let cut = '';
      for (let up = parent; up && up !== document.body; up = up.parentElement) {
        const style = getComputedStyle(up);
        if (!hides(style) && !scrolls(style)) continue;
        const edge = up.getBoundingClientRect();
        const over = Math.max(edge.left - left, right - edge.right, edge.top - top, bottom - edge.bottom);
        if (over > 2 && (isWall || !scrolls(style))) cut = up.className || up.tagName;
        left = Math.max(left, edge.left); right = Math.min(right, edge.right);
        top = Math.max(top, edge.top); bottom = Math.min(bottom, edge.bottom);
      }
      if (cut) found.push({words, cut, left, right, top, bottom, sticky: false});
      else if (right - left > 1 && bottom - top > 1) {
        let sticky = false;
        for (let up = parent; up; up = up.parentElement) sticky ||= getComputedStyle(up).position === 'sticky';
        found.push({words, cut, left, right, top, bottom, sticky});
      }
    }
  }
  return found;
}"""
_FAULTS = f"""(isWall) => {{
  const all = ({_WORDS})(isWall);
  const faults = all.filter((each) => each.cut).map((each) => `cut by ${{each.cut}}: ${{each.words.slice(0, 40)}}`);
  const seen = all.filter((each) => !each.cut && !each.sticky).sort((a, b) => a.top - b.top);
  seen.forEach((one, index) => {{
    for (let next = index + 1; next < seen.length && seen[next].top < one.bottom - 1; next += 1) {{
      const other = seen[next];
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const tall = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      const both = [one, other].map((each) => each.words.slice(0, 30));
      if (wide > 2 && tall > 1) faults.push(`on one another: ${{both.join(' / ')}}`);
    }}
  }});
  return faults;
}}"""

_WIDE = """(wide) => [...document.querySelectorAll('main *')]
    .filter((each) => each.getBoundingClientRect().right > wide + 1 && !each.closest('.table-region'))
    .slice(0, 3).map((each) => each.outerHTML.slice(0, 80))"""


def faults(page: Page, *, wall: bool) -> list[str]:
    """What is cut, lies on something else, or makes the page move sideways; a wall moves in no direction."""
    found: list[str] = page.evaluate(_FAULTS, wall)
    width, height = page.evaluate("[innerWidth, innerHeight]")
    page_size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    if page_size[0] > width:
        found.append(f"moves sideways: {page_size[0]} wide, {page.evaluate(_WIDE, width)}")
    if wall:
        if page_size[1] > height:
            found.append(f"a wall that scrolls: {page_size[1]} high")
        found += [f"outside the wall: {text}" for text in page.evaluate(INSIDE)]
    return found
