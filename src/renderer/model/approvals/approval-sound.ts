/** Loudest point of a tone, of 1: heard beside music, startling nobody. */
const volume = 0.06
const tones = [
  { hertz: 659, at: 0 },
  { hertz: 880, at: 0.14 },
] as const
const toneSeconds = 0.22

/** Two short tones. Silent before the person has touched the page: a browser would refuse, and complain about it. */
export function playApprovalSound(): void {
  if (!navigator.userActivation.hasBeenActive) return
  const context = new AudioContext()
  const start = context.currentTime + 0.02
  for (const { hertz, at } of tones) {
    const tone = context.createOscillator()
    const gain = context.createGain()
    tone.frequency.value = hertz
    gain.gain.setValueAtTime(0, start + at)
    gain.gain.linearRampToValueAtTime(volume, start + at + 0.015)
    gain.gain.exponentialRampToValueAtTime(0.0001, start + at + toneSeconds)
    tone.connect(gain).connect(context.destination)
    tone.start(start + at)
    tone.stop(start + at + toneSeconds)
  }
  setTimeout(() => void context.close(), 1_000)
}
