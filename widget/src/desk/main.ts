/** The desk's script: the same conversation for staff. Customers never load it. */
import { Composer } from "../composer";
import { define, followTheme } from "../element";
import { ThreadView } from "../thread-view";
import { Conversation } from "./conversation";

class PageConversation extends Conversation {
  override connectedCallback(): void {
    followTheme(this);
    super.connectedCallback();
  }
}

define("disputes-thread", ThreadView);
define("disputes-composer", Composer);
define("disputes-conversation", PageConversation);
