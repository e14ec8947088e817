// A server that lists a bucket as S3 does, shows one picture for every key, and refuses on demand.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ready } from './harness';
import { api } from './labeling';

/** A picture of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg==',
  'base64',
);

type Refusal = { status: number; code: string };

export class Bucket {
  readonly name = 'field-survey';
  refusal: Refusal | null = null;
  /** Listings wait for as long as this is set. */
  gate: Promise<void> | null = null;
  #server: Server | undefined;

  constructor(readonly keys: string[]) {
    this.keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  async start(): Promise<string> {
    this.#server = createServer({ keepAliveTimeout: 120_000 }, async (request, response) => {
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-allow-headers', '*');
      const url = new URL(request.url ?? '/', 'http://bucket');
      if (request.method === 'OPTIONS' || request.method === 'HEAD') return void response.end();
      if (!url.searchParams.has('list-type')) {
        response.setHeader('content-type', 'image/png');
        return void response.end(PIXEL);
      }
      if (this.gate) await this.gate;
      if (url.pathname.split('/')[1] !== this.name) return refuse({ status: 404, code: 'NoSuchBucket' });
      if (this.refusal) return refuse(this.refusal);
      response.end(this.#page(url.searchParams));

      function refuse({ status, code }: Refusal) {
        response.statusCode = status;
        response.end(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
      }
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop() {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  #page(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
    const most = Number(query.get('max-keys'));
    const found: string[] = [];
    let last = '';
    let cut = false;
    for (const key of this.keys) {
      if (!key.startsWith(prefix)) continue;
      const slash = query.has('delimiter') ? key.indexOf('/', prefix.length) : -1;
      const name = slash < 0 ? key : key.slice(0, slash + 1);
      if (name === last || name <= after) continue;
      cut = found.length === most;
      if (cut) break;
      const encoded = encodeURIComponent(name);
      found.push(
        slash < 0
          ? `<Contents><Key>${encoded}</Key><Size>${PIXEL.length}</Size><LastModified>2026-03-04T05:06:07.000Z</LastModified></Contents>`
          : `<CommonPrefixes><Prefix>${encoded}</Prefix></CommonPrefixes>`,
      );
      last = name;
    }
    const token = cut
      ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${last}</NextContinuationToken>`
      : '';
    return `<ListBucketResult><EncodingType>url</EncodingType>${token}${found.join('')}</ListBucketResult>`;
  }
}

/** A storage that leads to the bucket; its id. */
export async function connect(endpoint: string, name: string, more: object = {}): Promise<string> {
  const { accessKeyId: publicKey, secretAccessKey: privateKey, region } = ready.sandbox;
  const form = { name, provider: 'AWS', region, endpoint, publicKey, privateKey, ...more };
  const made = (await api('POST', '/v2/storages', form)) as { storage: { _id: string } };
  return made.storage._id;
}
