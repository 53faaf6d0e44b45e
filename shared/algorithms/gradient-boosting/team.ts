/** A team of threads that work through one phase after the other; a free thread takes the next piece of the phase. */

/** Words of memory that the threads share. */
export const CONTROL_WORDS = 16

/** In one word: the number of the phase modulo 4096, how many pieces it has, and the next piece to take. */
const NEXT = 0
const DONE = 1
const CLOSED = 2
const PHASE = 3
/** The number of the first piece: a phase of more than MAX_PIECES is run in parts. */
const FIRST_PIECE = 4
/** The phase's arguments. */
const FIRST_ARGUMENT = 5

const PIECE_BITS = 10
const MAX_PIECES = (1 << PIECE_BITS) - 1

/** How often a thread reads a word before it sleeps until the word changes: some 30 µs. */
const SPINS = 30_000

/** A thread that does not finish its piece within this time, in ms, has died. */
const TIMEOUT = 120_000

/** Does piece number `piece` of a phase. The result must not depend on the thread. */
export type DoPiece = (phase: number, piece: number, given: Int32Array) => void

/** What the first thread runs phases by. */
export type Team = {
  /** Runs all pieces of a phase, and returns when they are done. */
  run(phase: number, pieces: number, ...given: number[]): void
  /** Lets the other threads end. */
  close(): void
}

/** @param alone whether there is no other thread */
export function leadTeam(control: Int32Array, doPiece: DoPiece, alone: boolean): Team {
  const given = control.subarray(FIRST_ARGUMENT)
  let phases = 0

  function runTogether(first: number, pieces: number): void {
    control[FIRST_PIECE] = first
    phases = (phases + 1) & 0xfff
    Atomics.store(control, DONE, 0)
    Atomics.store(control, NEXT, (phases << (2 * PIECE_BITS)) | (pieces << PIECE_BITS))
    Atomics.notify(control, NEXT)
    takePieces(control, doPiece)
    for (let done = Atomics.load(control, DONE); done < pieces; done = Atomics.load(control, DONE))
      waitWhile(control, DONE, done, TIMEOUT)
  }

  return {
    run(phase, pieces, ...values) {
      control[PHASE] = phase
      given.set(values)
      if (alone || pieces === 1) {
        for (let piece = 0; piece < pieces; piece++) doPiece(phase, piece, given)
        return
      }
      for (let first = 0; first < pieces; first += MAX_PIECES)
        runTogether(first, Math.min(MAX_PIECES, pieces - first))
    },
    close() {
      Atomics.store(control, CLOSED, 1)
      Atomics.add(control, NEXT, 1 << (2 * PIECE_BITS))
      Atomics.notify(control, NEXT)
    },
  }
}

/** Run by every other thread: takes pieces until the team is closed. */
export function joinTeam(control: Int32Array, doPiece: DoPiece): void {
  while (Atomics.load(control, CLOSED) === 0) {
    const seen = takePieces(control, doPiece)
    if (Atomics.load(control, CLOSED) === 0) waitWhile(control, NEXT, seen, Number.POSITIVE_INFINITY)
  }
}

/** Takes pieces and does them until none is left. Returns the value of NEXT then. */
function takePieces(control: Int32Array, doPiece: DoPiece): number {
  for (;;) {
    const word = Atomics.load(control, NEXT)
    const piece = word & MAX_PIECES
    const pieces = (word >>> PIECE_BITS) & MAX_PIECES
    if (piece >= pieces) return word
    // The phase's arguments do not change before this piece is done.
    if (Atomics.compareExchange(control, NEXT, word, word + 1) !== word) continue
    doPiece(control[PHASE], control[FIRST_PIECE] + piece, control.subarray(FIRST_ARGUMENT))
    if (Atomics.add(control, DONE, 1) + 1 === pieces) Atomics.notify(control, DONE)
  }
}

function waitWhile(control: Int32Array, word: number, value: number, timeout: number): void {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(control, word) !== value) return
  while (Atomics.load(control, word) === value) {
    if (Atomics.wait(control, word, value, timeout) === 'timed-out')
      throw new Error('A thread of the fit did not answer.', { cause: `It was waited for ${timeout} ms.` })
  }
}
