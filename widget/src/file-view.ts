/** <disputes-file>: a file of the conversation, with a small picture where it is one, and a way to save it.
 *
 *  Pictures are drawn on a canvas and files are saved from memory: a page needs no more than `connect-src` for them, and
 *  no address of a file is ever in the page. */
import { LitElement, html, nothing, type PropertyValues } from "lit";
import { icons } from "./icons";
import sheet from "./styles/file-view.css";
import shared from "./styles/shared.css";
import { sheets } from "./styles/sheets";
import { sizeOf } from "./text";
import type { FilePayload } from "./types";
import { words } from "./words";

const WIDTH = 480;

export class FileView extends LitElement {
  static override styles = sheets(shared, sheet);
  static override properties = {
    payload: { attribute: false },
    load: { attribute: false },
    plain: { state: true },
    trouble: { state: true },
    busy: { state: true },
  };

  declare payload: FilePayload;
  /** Fetches the file, or a small picture of it. */
  declare load: (id: string, preview: boolean) => Promise<Blob>;
  /** There is no picture to be had: the name is enough. */
  declare plain: boolean;
  declare trouble: boolean;
  declare busy: boolean;
  private asked = false;
  private watcher = new IntersectionObserver((seen) => seen.some(({ isIntersecting }) => isIntersecting) && void this.draw());

  constructor() {
    super();
    this.plain = this.trouble = this.busy = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.watcher.disconnect();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("payload")) return;
    // What this browser could not draw (a telephone's HEIC), the server can, once it has it.
    if (this.plain && this.payload.id) this.plain = this.asked = false;
    if (!this.asked && this.isPicture) this.watcher.observe(this);
  }

  private get isPicture(): boolean {
    const { kind, file } = this.payload;
    return kind === "jpg" || kind === "png" || !!file?.type.startsWith("image/");
  }

  protected override render() {
    const { title = words.attachment, size, id } = this.payload;
    const about = size ? sizeOf(size) : "";
    const body = html`<span class="sign">${this.isPicture ? icons.image : icons.list}</span>
      <span class="what"><b>${title}</b><span>${this.trouble ? words.fileTrouble : this.busy ? words.fileLoading : about}</span></span>`;
    return html`${this.isPicture && !this.plain ? html`<canvas role="img" aria-label=${title}></canvas>` : nothing}
      ${id
        ? html`<button class="file" aria-label=${words.fileSave(title, about)} @click=${() => void this.save()}>${body}${icons.down}</button>`
        : html`<div class="file">${body}</div>`}`;
  }

  private async draw(): Promise<void> {
    if (this.asked) return;
    this.asked = true;
    this.watcher.disconnect();
    const { file, id } = this.payload;
    try {
      const blob = file ?? (await this.load(id ?? "", true));
      const bitmap = await createImageBitmap(blob, { resizeWidth: WIDTH, resizeQuality: "medium" });
      const canvas = this.renderRoot.querySelector("canvas");
      if (!canvas) return;
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    } catch {
      // A telephone's picture that this browser cannot draw, or one that is gone. The server may have got it meanwhile.
      this.plain = this.asked = !file || !!this.payload.file;
      if (!this.asked) this.watcher.observe(this);
    }
  }

  private async save(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.trouble = false;
    try {
      const href = URL.createObjectURL(await this.load(this.payload.id ?? "", false));
      const link = Object.assign(document.createElement("a"), { href, download: this.payload.title ?? "" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
    } catch {
      this.trouble = true;
    }
    this.busy = false;
  }
}
