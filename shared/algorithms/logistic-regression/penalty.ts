type Penalty = 'l1' | 'l2' | 'elasticnet' | null
type PenaltyParams = { readonly penalty?: Penalty; readonly l1_ratio: number | null }

/** The penalty that is in force: `penalty`, or where it is left out, the one that `l1_ratio` names (scikit-learn 1.9). */
export function penaltyInForce({ penalty, l1_ratio }: PenaltyParams): Penalty {
  return penalty === undefined ? penaltyOfRatio(l1_ratio) : penalty
}

function penaltyOfRatio(l1_ratio: number | null): Penalty {
  if (l1_ratio === null || l1_ratio === 0) return 'l2'
  return l1_ratio === 1 ? 'l1' : 'elasticnet'
}

/** The share of the penalty that is L1, 0 … 1. */
export function l1Share(params: PenaltyParams): number {
  const penalty = penaltyInForce(params)
  if (penalty === 'l1') return 1
  return penalty === 'elasticnet' ? (params.l1_ratio ?? 0) : 0
}

/** Sentences on values that the penalty leaves without effect. */
export function penaltyWarnings(params: PenaltyParams & { readonly C: number }): string[] {
  const { penalty, l1_ratio, C } = params
  const ratio = l1_ratio ?? 0
  if (penalty === null && (C !== 1 || ratio !== 0)) {
    return ['penalty null leaves out the penalty, so C and l1_ratio were ignored.']
  }
  const isIgnored = penalty === 'l1' || penalty === 'l2'
  if (isIgnored && ratio !== 0 && penaltyOfRatio(l1_ratio) !== penalty) {
    return [`l1_ratio ${ratio} was ignored, because penalty ${penalty} was asked for.`]
  }
  return []
}
