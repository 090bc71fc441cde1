/** Hints for pages of the desk without a conversation: what may look different now. The page itself looks again. */
import { Wire } from "../wire";

const wire = new Wire(new URL("/", location.href).href, "/desk");
const tell = (name: string) => (detail: unknown) => dispatchEvent(new CustomEvent(name, { detail }));

wire.on("queue", tell("disputes-queue"));
wire.on("cases", tell("disputes-cases"));
// What happened while there was no line was not heard.
wire.on("connect", () => tell("disputes-cases")({ ids: [] }));
wire.open();
