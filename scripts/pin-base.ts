/**
 * npm run pin:base: names the image that train is built on by its digest as well, in functions/train/Dockerfile. The tag
 * stays before it, so that Dependabot can raise both. Needs the internet, and no Docker.
 */
import { hash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** What a registry may answer with for a tag: an index has the images of all processors. */
const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]

const index = z.object({
  manifests: z.array(z.object({ platform: z.object({ architecture: z.string() }).optional() })),
})
const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() })

const FROM =
  /^(FROM (?:--platform=\S+ )?)([\w.-]+(?::\d+)?)\/([\w./-]+):([\w.-]+)(@sha256:[0-9a-f]{64})?(?= |$)/gm

/**
 * Pins the base of a Dockerfile's stages.
 *
 * @param addressOf where a registry answers, by its name; https:// and the name by default.
 * @returns the lines that were written, as `image@digest`.
 * @throws when a registry does not answer as the distribution specification has it
 * (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md), or the image is not for both processors.
 */
export async function pinBase(
  file: string,
  addressOf = (registry: string) => `https://${registry}`,
): Promise<string[]> {
  const text = await readFile(file, 'utf8')
  const images = new Map<string, string>()
  for (const [, , registry, repository, tag] of text.matchAll(FROM)) {
    const image = `${registry}/${repository}:${tag}`
    if (!images.has(image))
      images.set(image, await digestOf(`${addressOf(registry)}/v2/${repository}/manifests/${tag}`))
  }
  if (images.size === 0) throw new Error(`${file} has no stage FROM registry/repository:tag.`)
  const pinned = text.replaceAll(FROM, (_, from, registry, repository, tag) => {
    const image = `${registry}/${repository}:${tag}`
    return `${from}${image}@${images.get(image)}`
  })
  if (pinned !== text) await writeFile(file, pinned)
  return Array.from(images, ([image, digest]) => `${image}@${digest}`)
}

async function digestOf(manifest: string): Promise<string> {
  const headers = { accept: INDEXES.join(', ') }
  let answer = await fetch(manifest, { headers })
  if (answer.status === 401) {
    const authorization = `Bearer ${await tokenFor(answer.headers.get('www-authenticate') ?? '')}`
    answer = await fetch(manifest, { headers: { ...headers, authorization } })
  }
  const body = Buffer.from(await answer.arrayBuffer())
  if (!answer.ok) throw new Error(`${manifest} answers ${answer.status}: ${body.subarray(0, 300)}`)
  const digest = `sha256:${hash('sha256', body)}`
  const told = answer.headers.get('docker-content-digest')
  if (told !== null && told !== digest)
    throw new Error(`${manifest} has the digest ${digest}, and the registry says ${told}.`)
  const { data } = index.safeParse(JSON.parse(body.toString()))
  const processors = data?.manifests.map(({ platform }) => platform?.architecture) ?? []
  for (const processor of ['amd64', 'arm64']) {
    if (!processors.includes(processor)) throw new Error(`${manifest} has no image for ${processor}.`)
  }
  return digest
}

/** A token for who asks without a name, from where the registry's challenge says. */
async function tokenFor(challenge: string): Promise<string> {
  const fields = new Map(
    Array.from(challenge.matchAll(/(\w+)="([^"]*)"/g), ([, name, value]) => [name, value]),
  )
  const realm = fields.get('realm')
  if (!/^Bearer /i.test(challenge) || realm === undefined)
    throw new Error(`The registry asks for a sign-in that is not known: ${challenge}`)
  const url = new URL(realm)
  for (const name of ['service', 'scope']) {
    const value = fields.get(name)
    if (value !== undefined) url.searchParams.set(name, value)
  }
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}.`)
  const { token, access_token = token } = tokenAnswer.parse(await answer.json())
  if (access_token === undefined) throw new Error(`${url} gives no token.`)
  return access_token
}

if (import.meta.main) {
  for (const line of await pinBase(join(import.meta.dirname, '..', 'functions', 'train', 'Dockerfile')))
    console.log(line)
}
