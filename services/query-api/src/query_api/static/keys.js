/** The key "/" goes to the search box, unless somebody is typing. */
export function focusSearchOnSlash(root) {
  root.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = root.querySelector(".quick input");
    if (!box) return;
    event.preventDefault();
    box.focus();
  });
}
