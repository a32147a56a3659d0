/** Open the record of the event that the address names. */
export function openEvent(root, view) {
  const open = () => {
    const id = view.location.hash.slice(1);
    const details = id.startsWith("event-") ? root.getElementById(id)?.querySelector("details") : null;
    if (details) details.open = true;
  };
  open();
  view.addEventListener("hashchange", open);
}
