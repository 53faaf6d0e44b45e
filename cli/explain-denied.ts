import { type AccessRole, statementsOf } from '../infra/access.ts'

/** The managed policies, the one with the fewest permissions first. */
const roles: readonly AccessRole[] = ['Sender', 'Reader', 'Operator']

/** The error of a client of AWS: its code as the name. */
type Refusal = Error & { readonly $metadata: { readonly httpStatusCode?: number } }

function isDenied(error: unknown): error is Refusal {
  if (!(error instanceof Error) || !('$metadata' in error)) return false
  const { $metadata } = error
  const hasStatus = typeof $metadata === 'object' && $metadata !== null && 'httpStatusCode' in $metadata
  return (
    hasStatus && $metadata.httpStatusCode === 403 && !/Signature|Token|AccessKeyId|Skewed/.test(error.name)
  )
}

/** The managed policy that allows the least of those that allow the action. */
function policyFor(action: string): AccessRole | undefined {
  const any = {
    jobs: '',
    deadLetters: '',
    bucket: '',
    stack: '',
    secret: '',
    functions: [],
    logGroups: [],
    seed: '',
  }
  return roles.find((role) => statementsOf(role, any).some(({ actions }) => actions.includes(action)))
}

/**
 * A sentence for a request that AWS denied: the missing action, if AWS names it, and the managed policy of the stack
 * that allows it. Undefined for any other error.
 */
export function explainDenied(error: unknown): string | undefined {
  if (!isDenied(error)) return undefined
  const action = /not authorized to perform: ([\w-]+:\w+)/.exec(error.message)?.[1]
  const told = error.message.replace(/[.\s]+$/, '')
  if (action === undefined) {
    return `AWS refused a request (403 ${error.name}: ${told}): have the stack’s managed policy Sender attached to your user or role to send jobs and wait, Reader to look at them, Operator to change them. docs/access.md lists what each allows.`
  }
  const policy = policyFor(action)
  const remedy =
    policy === undefined
      ? 'none of the stack’s managed policies has it, so have it added to your user or role'
      : `have the stack’s managed policy ${policy} (output ${policy}PolicyArn) attached to your user or role`
  return `Your permission ${action} is missing (${told}): ${remedy}. docs/access.md lists what each allows. A job that was sent goes on.`
}
