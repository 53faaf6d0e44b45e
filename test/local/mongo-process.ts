/** A Mongo server in a process of its own, for the tests to kill. */
import { startMongo } from '../../local/mongo/server.ts'

const { url } = await startMongo({ directory: process.argv[2] })
process.send?.(url)
