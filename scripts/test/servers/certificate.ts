import { join } from 'node:path'
import { runCommand } from '../../../infra/local/run-command.ts'

/** Makes a certificate of 127.0.0.1 that signs itself, and its key: PEM files in `folder`. Needs openssl. */
export async function makeCertificate(
  folder: string,
  signal: AbortSignal,
): Promise<{ certificate: string; key: string }> {
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  await runCommand(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'],
      ...subject,
      ...['-keyout', key, '-out', certificate],
    ],
    { cwd: folder, environment: process.env, signal },
  )
  return { certificate, key }
}
