import type { TargetedEvent } from 'preact'
import type { Algorithm } from '../../shared/api/schemas.ts'
import { useLoaded } from '../api.ts'

export const useAlgorithms = () =>
  useLoaded<{ algorithms: Algorithm[] }>('/api/v1/algorithms').data?.algorithms

/**
 * A filter of a list.
 *
 * @param hasAuto whether "auto" is one of the names: of jobs it is, and of models not.
 */
export function AlgorithmSelect({
  value,
  hasAuto = false,
  onChange,
}: {
  value: string
  hasAuto?: boolean
  onChange(event: TargetedEvent<HTMLSelectElement>): void
}) {
  const algorithms = (useAlgorithms() ?? []).map(({ name }): string => name)
  const names = hasAuto && algorithms.length > 0 ? ['auto', ...algorithms] : algorithms
  return (
    <label>
      <span>Algorithm</span>
      <select value={value} onChange={onChange}>
        <option value="">all</option>
        {names.map((name) => (
          <option key={name} value={name} selected={name === value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
