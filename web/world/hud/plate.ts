/** The sheet's title and one's square of the grid. */
import { find, setText } from "../../shared/dom.ts";
import { landOf } from "../../shared/lands.ts";
import { gridReference, type Point } from "../../shared/terrain.ts";
import { setTitle } from "../../shared/title.ts";

const title = find("title", HTMLHeadingElement);
const square = find("square", HTMLParagraphElement);

export function showTitle(slug: string): void {
  setText(title, slug);
  title.title = slug;
  title.classList.toggle("water", landOf(slug).bowl);
  setTitle(`${slug} · hereabouts`);
}

export function showSquare({ x, y }: Point): void {
  setText(square, gridReference(x, y));
}
