import type { TargetedEvent } from 'preact'
import type { Algorithm } from '../../shared/api/schemas.ts'
import { useLoaded } from '../api.ts'

export const useAlgorithms = () =>
  useLoaded<{ algorithms: Algorithm[] }>('/api/v1/algorithms').data?.algorithms

/** A filter of a list. */
export function AlgorithmSelect({
  value,
  onChange,
}: {
  value: string
  onChange(event: TargetedEvent<HTMLSelectElement>): void
}) {
  const algorithms = useAlgorithms() ?? []
  return (
    <label>
      <span>Algorithm</span>
      <select value={value} onChange={onChange}>
        <option value="">all</option>
        {algorithms.map(({ name }) => (
          <option key={name} value={name} selected={name === value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
