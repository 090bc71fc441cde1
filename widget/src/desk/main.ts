/** The desk's script: the same conversation for staff. Customers never load it. */
import { Composer } from "../composer";
import { define, followTheme } from "../element";
import { FileView } from "../file-view";
import { ThreadView } from "../thread-view";
import { Conversation } from "./conversation";
import { deskWire } from "./desk-wire";

class PageConversation extends Conversation {
  override connectedCallback(): void {
    followTheme(this);
    super.connectedCallback();
  }
}

define("disputes-file", FileView);
define("disputes-thread", ThreadView);
define("disputes-composer", Composer);
define("disputes-conversation", PageConversation);

const wire = deskWire(new URL("/", location.href).href);
const listsChanged = () => dispatchEvent(new CustomEvent("disputes-queue"));
let was = false;
wire.on("queue", listsChanged);
wire.on("connect", () => {
  // After a loss the lists may have changed unheard.
  if (was) listsChanged();
  was = true;
});
