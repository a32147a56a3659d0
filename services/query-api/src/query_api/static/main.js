// Everything here is a convenience: the pages are complete without it.
import { centreDrawings } from "./drawing.js";
import { addCopyButtons } from "./copy.js";
import { focusSearchOnSlash } from "./keys.js";
import { openEvent } from "./events.js";

centreDrawings(document);
addCopyButtons(document);
focusSearchOnSlash(document);
openEvent(document, window);
