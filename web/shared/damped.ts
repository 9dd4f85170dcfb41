/**
 * Does something soon, once, however often it is asked for meanwhile: also in tabs that nobody looks at, where animation
 * frames do not come.
 */
export function damped(run: () => void, ms: number): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      run();
    }, ms);
  };
}
