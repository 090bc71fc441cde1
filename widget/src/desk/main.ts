/** The desk's script: the same conversation for staff, and what the pages around it do by themselves. Customers never load it. */
import { Composer } from "../composer";
import { define, followTheme } from "../element";
import { FileView } from "../file-view";
import { ThreadView } from "../thread-view";
import { Conversation } from "./conversation";
import { DeskComposer } from "./desk-composer";
import { KeysDialog } from "./keys-dialog";
import { startPage } from "./page/start";

class PageConversation extends Conversation {
  override connectedCallback(): void {
    followTheme(this);
    super.connectedCallback();
  }
}

class PageKeys extends KeysDialog {
  override connectedCallback(): void {
    followTheme(this);
    super.connectedCallback();
  }
}

define("disputes-file", FileView);
define("disputes-thread", ThreadView);
define("disputes-composer", Composer);
define("disputes-desk-composer", DeskComposer);
define("disputes-conversation", PageConversation);
define("disputes-keys", PageKeys);
startPage(new URL("/", location.href).href);
