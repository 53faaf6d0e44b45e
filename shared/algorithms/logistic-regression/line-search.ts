/**
 * The line search of Moré and Thuente, "Line search algorithms with guaranteed sufficient decrease", ACM TOMS 20(3),
 * 1994, with the constants of L-BFGS-B.
 */
const SUFFICIENT_DECREASE = 1e-3
const CURVATURE = 0.9
/** Relative width of the bracket below which the search ends. */
const MIN_WIDTH = 0.1
const MAX_STEP = 1e10

type Point = { step: number; value: number; slope: number }

/**
 * Starts a search from step 0, where the function has this value and (negative) slope; `first` is the step that is
 * tried first. The function returned takes what was found at a step and answers the next step to try, or undefined
 * when that step is to be taken.
 */
export function startLineSearch(
  value: number,
  slope: number,
  first: number,
): (step: number, value: number, slope: number) => number | undefined {
  let best: Point = { step: 0, value, slope }
  let other: Point = { step: 0, value, slope }
  let bracketed = false
  let firstStage = true
  let width = MAX_STEP
  let widthBefore = 2 * MAX_STEP
  let low = 0
  let high = 5 * first
  const wantedSlope = SUFFICIENT_DECREASE * slope

  return (step, valueHere, slopeHere) => {
    const wanted = value + step * wantedSlope
    if (firstStage && valueHere <= wanted && slopeHere >= 0) firstStage = false
    const enough = valueHere <= wanted && Math.abs(slopeHere) <= CURVATURE * -slope
    const noRoom = bracketed && (step <= low || step >= high || high - low <= MIN_WIDTH * high)
    const atMaximum = step === MAX_STEP && valueHere <= wanted && slopeHere <= wantedSlope
    const atMinimum = step === 0 && (valueHere > wanted || slopeHere >= wantedSlope)
    if (enough || noRoom || atMaximum || atMinimum) return undefined

    // Until a step with a sufficiently low value and a positive slope is found, the minimum is sought of the
    // function less its wanted decrease.
    const shift = firstStage && valueHere <= best.value && valueHere > wanted ? wantedSlope : 0
    const shifted = (p: Point): Point => ({
      step: p.step,
      value: p.value - p.step * shift,
      slope: p.slope - shift,
    })
    const here = { step, value: valueHere, slope: slopeHere }
    const trial = trialStep(shifted(best), shifted(other), shifted(here), bracketed, low, high)
    bracketed = trial.bracketed
    if (trial.replacesOther === 'here') other = here
    else if (trial.replacesOther === 'best') other = best
    if (trial.replacesBest) best = here

    let next = trial.step
    if (bracketed) {
      const distance = Math.abs(other.step - best.step)
      if (distance >= 0.66 * widthBefore) next = best.step + 0.5 * (other.step - best.step)
      widthBefore = width
      width = distance
      low = Math.min(best.step, other.step)
      high = Math.max(best.step, other.step)
    } else {
      low = next + 1.1 * (next - best.step)
      high = next + 4 * (next - best.step)
    }
    next = Math.min(Math.max(next, 0), MAX_STEP)
    if (bracketed && (next <= low || next >= high || high - low <= MIN_WIDTH * high)) next = best.step
    return next
  }
}

/** A step by cubic and secant interpolation, and which of the interval's ends the present point replaces. */
function trialStep(best: Point, other: Point, here: Point, bracketed: boolean, low: number, high: number) {
  const opposite = here.slope * Math.sign(best.slope) < 0
  if (here.value > best.value) {
    const cubic = best.step + cubicRatio(best, here) * (here.step - best.step)
    const rise = (best.value - here.value) / (here.step - best.step) + best.slope
    const quadratic = best.step + (best.slope / rise / 2) * (here.step - best.step)
    const nearer = Math.abs(cubic - best.step) <= Math.abs(quadratic - best.step)
    const step = nearer ? cubic : cubic + (quadratic - cubic) / 2
    return { step, bracketed: true, replacesBest: false, replacesOther: 'here' as const }
  }
  const secant = here.step + (here.slope / (here.slope - best.slope)) * (best.step - here.step)
  if (opposite) {
    const cubic = here.step + cubicRatio(here, best) * (best.step - here.step)
    const step = Math.abs(cubic - here.step) > Math.abs(secant - here.step) ? cubic : secant
    return { step, bracketed: true, replacesBest: true, replacesOther: 'best' as const }
  }
  let step: number
  if (Math.abs(here.slope) < Math.abs(best.slope)) {
    const ratio = cubicRatio(here, best, true)
    const beyond = here.step > best.step ? high : low
    const cubic = ratio < 0 ? here.step + ratio * (best.step - here.step) : beyond
    const cubicIsNearer = Math.abs(cubic - here.step) < Math.abs(secant - here.step)
    if (bracketed) {
      step = cubicIsNearer ? cubic : secant
      const limit = here.step + 0.66 * (other.step - here.step)
      step = here.step > best.step ? Math.min(limit, step) : Math.max(limit, step)
    } else {
      const cubicIsFarther = Math.abs(cubic - here.step) > Math.abs(secant - here.step)
      step = Math.max(low, Math.min(high, cubicIsFarther ? cubic : secant))
    }
  } else if (bracketed) {
    step = here.step + cubicRatio(here, other) * (other.step - here.step)
  } else {
    step = here.step > best.step ? high : low
  }
  return { step, bracketed, replacesBest: true, replacesOther: undefined }
}

/**
 * Where between `a` (0) and `b` (1) the cubic through both values and slopes has its minimum. With `mayHaveNone`, 0
 * stands for a cubic without one.
 */
function cubicRatio(a: Point, b: Point, mayHaveNone = false): number {
  const theta = (3 * (a.value - b.value)) / (b.step - a.step) + a.slope + b.slope
  const size = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope))
  const square = (theta / size) ** 2 - (a.slope / size) * (b.slope / size)
  let gamma = size * Math.sqrt(mayHaveNone ? Math.max(0, square) : square)
  if (mayHaveNone && gamma === 0) return 0
  if (b.step < a.step) gamma = -gamma
  return (gamma - a.slope + theta) / (gamma - a.slope + gamma + b.slope)
}
