/** Makes the user `worker`, who may read and write any database, on the server at MONGODB_URL, with PASSWORD. */
import { MongoClient } from 'mongodb'

const { MONGODB_URL = '', PASSWORD = '' } = process.env
const client = await MongoClient.connect(MONGODB_URL, { serverSelectionTimeoutMS: 20_000 })
await client.db('admin').command({
  createUser: 'worker',
  pwd: PASSWORD,
  roles: [{ role: 'readWriteAnyDatabase', db: 'admin' }],
})
await client.close()
