/** Evaluates resource policies as AWS does: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html */
import { z } from 'zod'

const oneOrMore = z.union([z.string().transform((text) => [text]), z.array(z.string())])
const statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.record(z.string(), oneOrMore)]),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z.record(z.string(), z.record(z.string(), oneOrMore)).default({}),
})
const resourcePolicy = z.object({
  Statement: z.union([z.array(statement), statement.transform((one) => [one])]),
})

export type Request = {
  /** Such as `Service` and `cloudwatch.amazonaws.com`. */
  readonly principal: readonly [kind: string, name: string]
  readonly action: string
  readonly resource: string
  /** The condition keys that the request has: `aws:SourceAccount`, `aws:SecureTransport`. */
  readonly context: Readonly<Record<string, string>>
}

/** Whether a policy lets a request pass: a statement allows it, and none denies it. Throws for a condition that is not known here. */
export function allowsRequest(policy: unknown, request: Request): boolean {
  const effects = resourcePolicy
    .parse(policy)
    .Statement.filter((each) => applies(each, request))
    .map(({ Effect }) => Effect)
  return effects.includes('Allow') && !effects.includes('Deny')
}

function applies(
  { Principal, Action, Resource, Condition }: z.infer<typeof statement>,
  { principal: [kind, name], action, resource, context }: Request,
): boolean {
  const principals = Principal === '*' ? ['*'] : [...(Principal[kind] ?? []), ...(Principal.AWS ?? [])]
  return (
    (principals.includes('*') || (Principal !== '*' && (Principal[kind] ?? []).includes(name))) &&
    Action.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
    Resource.some((pattern) => matches(pattern, resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, values, context[key])),
    )
  )
}

function holds(operator: string, values: readonly string[], given: string | undefined): boolean {
  // A request without the key fulfils no condition of these.
  if (given === undefined) return false
  if (operator === 'StringEquals' || operator === 'Bool') return values.includes(given)
  if (operator === 'StringLike' || operator === 'ArnLike')
    return values.some((value) => matches(value, given))
  throw new Error(`The condition operator ${operator} is not known.`)
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => RegExp.escape(part).replaceAll('\\?', '.'))
  return new RegExp(`^${parts.join('.*')}$`).test(text)
}
