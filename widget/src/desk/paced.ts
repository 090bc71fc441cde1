/** Runs a task at once, and then once a pause for as long as it is asked for again. */
export function paced(task: () => void, pause: number): () => void {
  let waiting = false;
  let again = false;
  return function run(): void {
    if (waiting) {
      again = true;
      return;
    }
    task();
    waiting = true;
    setTimeout(() => {
      waiting = false;
      if (!again) return;
      again = false;
      run();
    }, pause);
  };
}
