/** The two ways packets of Engine.IO 4 travel: a WebSocket, or long polling where one cannot be had. */

export interface Line {
  send(packet: string): void;
  close(): void;
}

/** `packet` is called with each packet that came, `lost` once when the line is gone. `close` ends it without `lost`. */
export type Open = (address: URL, packet: (packet: string) => void, lost: () => void, cookies: boolean) => Line;

const SEPARATOR = "\x1e";

function addressed(address: URL, transport: string): URL {
  const url = new URL(address);
  url.searchParams.set("EIO", "4");
  url.searchParams.set("transport", transport);
  return url;
}

export const overSocket: Open = (address, packet, lost) => {
  const url = addressed(address, "websocket");
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url.href);
  socket.onmessage = ({ data }) => packet(String(data));
  socket.onclose = lost;
  return {
    send: (text) => socket.send(text),
    close: () => {
      socket.onclose = socket.onmessage = null;
      socket.close();
    },
  };
};

export const overPolling: Open = (address, packet, lost, cookies) => {
  const url = addressed(address, "polling");
  const stop = new AbortController();
  let waiting: string[] = [];
  let posting = false;

  const ask = async (body?: string): Promise<string> => {
    const answer = await fetch(url, {
      signal: stop.signal,
      cache: "no-store",
      credentials: cookies ? "include" : "same-origin",
      ...(body !== undefined && { method: "POST", body }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  };
  const fail = (): void => {
    if (stop.signal.aborted) return;
    stop.abort();
    lost();
  };
  const poll = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      for (const each of (await ask()).split(SEPARATOR)) {
        if (each.startsWith("0")) url.searchParams.set("sid", (JSON.parse(each.slice(1)) as { sid: string }).sid);
        if (!stop.signal.aborted) packet(each);
      }
    }
  };
  const post = async (): Promise<void> => {
    if (posting) return;
    posting = true;
    while (waiting.length) {
      const body = waiting.join(SEPARATOR);
      waiting = [];
      await ask(body);
    }
    posting = false;
  };
  poll().catch(fail);
  return {
    send: (text) => {
      waiting.push(text);
      post().catch(fail);
    },
    close: () => stop.abort(),
  };
};
