/** A stack in a process of its own, for the tests to kill. */
import { startStack } from '../../local/stack.ts'

const stack = await startStack({ directory: process.argv[2] })
process.send?.({ environment: stack.environment, pids: stack.pids() })
