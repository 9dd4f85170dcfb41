/**
 * The sample for people who write pieces: a whole page that runs as it is, with this server's address in it.
 */

export function sampleOf(origin: string): string {
  return `<canvas id="sheet" width="800" height="600"></canvas>
<script type="module">
  import { connect } from "${origin}/client.js";
  const here = await connect("${origin}");
  const world = await here.world("my-piece");
  sheet.onpointermove = (e) => world.moveTo({ x: e.offsetX, y: e.offsetY });
  const pen = sheet.getContext("2d");
  (function draw() {
    pen.clearRect(0, 0, 800, 600);
    for (const p of world.people.values()) pen.fillText(p.name, p.x, p.y);
    requestAnimationFrame(draw);
  })();
</script>`;
}

const pattern = /(<\/?\w+|>$)|("[^"]*")|\b(import|from|const|await|function|for|of)\b/gm;

/** Shows the code with its tags and words quieter and its texts louder. */
export function showSample(code: HTMLElement, text: string): void {
  code.replaceChildren();
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    code.append(text.slice(at, match.index));
    const part = document.createElement(match[2] ? "b" : "i");
    part.textContent = match[0];
    code.append(part);
    at = match.index + match[0].length;
  }
  code.append(text.slice(at));
}
