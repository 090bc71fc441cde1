/** Files that are dropped on an element: it says so while they hang over it, and they go nowhere else. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

export class Dropping implements ReactiveController {
  private depth = 0;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    /** Null while no file may be sent. */
    private readonly take: () => ((files: File[]) => void) | null,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"] as const) this.host.addEventListener(kind, this);
  }

  hostDisconnected(): void {
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"] as const) this.host.removeEventListener(kind, this);
    this.show(0);
  }

  handleEvent(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files")) return;
    // A browser would leave the page and open the file instead.
    event.preventDefault();
    const take = this.take();
    if (event.type === "dragenter") this.show(take ? this.depth + 1 : 0);
    else if (event.type === "dragleave") this.show(this.depth - 1);
    else if (event.type === "drop") {
      this.show(0);
      take?.([...event.dataTransfer.files]);
    }
  }

  private show(depth: number): void {
    this.depth = Math.max(0, depth);
    this.host.toggleAttribute("dropping", this.depth > 0);
  }
}
