/** Two short sounds, made here: a rising pair for a chat that waits, one soft tone for a message. */

type Tone = readonly [hertz: number, at: number, lasts: number];

const TONES: Record<"waiting" | "message", readonly Tone[]> = {
  waiting: [[587, 0, 0.16], [880, 0.15, 0.3]],
  message: [[698, 0, 0.2]],
};
const LOUD = 0.12;

let context: AudioContext | null = null;

/** Browsers let a page sound only after somebody has touched it. */
export function wakeSound(): void {
  const wake = () => void (context ??= new AudioContext()).resume();
  for (const event of ["pointerdown", "keydown"]) addEventListener(event, wake, { once: true, capture: true });
}

export function play(kind: "waiting" | "message"): void {
  context ??= new AudioContext();
  if (context.state !== "running") void context.resume();
  for (const [hertz, at, lasts] of TONES[kind]) tone(context, hertz, context.currentTime + at, lasts);
}

function tone(context: AudioContext, hertz: number, start: number, lasts: number): void {
  const source = new OscillatorNode(context, { type: "sine", frequency: hertz });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUD, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + lasts);
  source.connect(volume).connect(context.destination);
  source.start(start);
  source.stop(start + lasts + 0.05);
}
