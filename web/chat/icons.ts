/** The drawings on the chat's buttons, on a square of 24. */

const paths = {
  heart:
    "M12 20.6C5.3 15.7 2.8 12.3 2.8 8.9 2.8 6 5 3.9 7.6 3.9c1.9 0 3.5 1.1 4.4 2.8.9-1.7 2.5-2.8 4.4-2.8 2.6 0 4.8 2.1 4.8 5 0 3.4-2.5 6.8-9.2 11.7z",
  edit: "M4 20l1-4.6L16.2 4.2a1.7 1.7 0 0 1 2.4 0l1.2 1.2a1.7 1.7 0 0 1 0 2.4L8.6 19zM14 6.4l3.6 3.6",
  delete: "M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7M10.3 10.5v5.5M13.7 10.5v5.5",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  send: "M4 12h14M12.5 6l6 6-6 6",
  close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  fold: "M9 5.5l6.5 6.5L9 18.5",
  chat: "M4 5h16v11h-9l-4.5 4v-4H4z",
  page: "M13.5 4.5h6v6M19 5l-8 8M17 13.5V19H5V7h5.5",
} as const;

export type Icon = keyof typeof paths;

export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon", `icon-${name}`);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}

/** A button that shows a drawing and is called `label`. */
export function iconButton(name: Icon, label: string, className = "tool"): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.title = label;
  button.setAttribute("aria-label", label);
  button.append(icon(name));
  return button;
}
