// Why a picture cannot be shown, told apart as far as a browser may see: one cause, never a guess.
export type Cause =
  | 'denied'
  | 'expired'
  | 'session'
  | 'missing'
  | 'noBucket'
  | 'archived'
  | 'wrongRegion'
  | 'busy'
  | 'strange'
  | 'clock'
  | 'keys'
  | 'role'
  | 'openRole'
  | 'cors'
  | 'mixed'
  | 'network'
  | 'offline'
  | 'undecodable'
  | 'notAnImage'
  | 'refused';

/**
 * A picture that cannot be shown: the cause, and the code that the bucket or the hub gave. Where the browser was not let
 * see the answer (`isBlind`), the cause is what it makes of the silence, and only the hub can tell.
 */
export class CannotShow extends Error {
  constructor(
    readonly why: Cause,
    readonly code: string,
    message = '',
    readonly isBlind = false,
  ) {
    super(message);
    this.name = 'CannotShow';
  }
}

/** S3's own codes that mean something else than their status says. */
const BY_CODE: Record<string, Cause> = {
  ExpiredToken: 'session',
  RequestExpired: 'expired',
  NoSuchKey: 'missing',
  NoSuchBucket: 'noBucket',
  NoSuchVersion: 'missing',
  PermanentRedirect: 'wrongRegion',
  TemporaryRedirect: 'wrongRegion',
  AuthorizationHeaderMalformed: 'wrongRegion',
  AuthorizationQueryParametersError: 'wrongRegion',
  IllegalLocationConstraintException: 'wrongRegion',
  SlowDown: 'busy',
  InvalidAccessKeyId: 'keys',
  SignatureDoesNotMatch: 'keys',
  RequestTimeTooSkewed: 'clock',
  InvalidObjectState: 'archived',
};

/** The cause behind an answer of the bucket. `body` is its XML, as far as it was read. */
export function causeOfAnswer(status: number, body: string): CannotShow {
  const code = /<Code>([A-Za-z0-9.]{1,80})<\/Code>/.exec(body)?.[1] ?? `http.${status}`;
  const said = /<Message>([^<]{1,400})<\/Message>/.exec(body)?.[1] ?? '';
  if (status === 403 && /expired/i.test(said)) return new CannotShow('expired', code, said);
  const why = BY_CODE[code] ?? causeOfStatus(status);
  return new CannotShow(why, code, said);
}

/** What the hub's doctor calls the same, where its word is more certain than the browser's. */
const BY_DOCTOR: Record<string, Cause> = {
  'storage.cors_missing': 'cors',
  'storage.cors_other_origin': 'cors',
  'storage.cors_no_rule': 'cors',
  'storage.cors_twice': 'cors',
  'storage.mixed_content': 'mixed',
  'storage.get_denied': 'denied',
  'storage.kms_denied': 'denied',
  'storage.missing_or_denied': 'denied',
  'storage.signed_url_refused': 'denied',
  'storage.no_such_object': 'missing',
  'storage.no_such_version': 'missing',
  'storage.no_such_bucket': 'noBucket',
  'storage.wrong_region': 'wrongRegion',
  'storage.session_expired': 'session',
  'storage.clock_skew': 'clock',
  'storage.unknown_key': 'keys',
  'storage.wrong_secret': 'keys',
  'storage.no_identity': 'role',
  'credentials.identity': 'role',
  'storage.role_denied': 'role',
  'storage.role_in_hub_account': 'role',
  'storage.trust_policy_missing_external_id': 'openRole',
  'storage.sts_region_disabled': 'role',
  'storage.outside_prefixes': 'refused',
  'storage.endpoint_private': 'refused',
  'storage.address_elsewhere': 'refused',
  'storage.archived': 'archived',
  'storage.unexpected_answer': 'strange',
  'storage.redirected': 'strange',
  'storage.wrong_content_type': 'undecodable',
  'storage.throttled': 'busy',
  'storage.server_fault': 'busy',
  'storage.not_decodable': 'undecodable',
  'storage.content_encoding': 'undecodable',
  'storage.dns': 'network',
  'storage.connect': 'network',
  'storage.tls': 'network',
  'storage.hangs': 'network',
  'storage.body_cut': 'network',
};

/** The cause that the hub found by this code, if it has three words of its own. */
export function causeOfDoctor(code: string | null | undefined): Cause | undefined {
  return code ? BY_DOCTOR[code] : undefined;
}

/** The hub did not sign: for the cause that its code names, if that has a name here. */
export function causeOfRefusal(code: string, message = ''): CannotShow {
  return new CannotShow(causeOfDoctor(code) ?? 'refused', code, message);
}

/** Whether the hub said it already, and would say the same when asked. */
export function isOfHub({ why, code }: CannotShow): boolean {
  return why === 'refused' || code.startsWith('storage.');
}

function causeOfStatus(status: number): Cause {
  if (status === 404 || status === 410) return 'missing';
  if (status === 429 || status >= 500) return 'busy';
  if (status === 301 || status === 307) return 'wrongRegion';
  return 'denied';
}

const NOT_IMAGES: Record<string, string> = {
  mp4: 'Video',
  webm: 'Video',
  mov: 'Video',
  avi: 'Video',
  ogg: 'Video',
  mkv: 'Video',
  mp3: 'Audio',
  wav: 'Audio',
  flac: 'Audio',
  pdf: 'PDF',
  txt: 'Text',
  md: 'Markdown',
  html: 'HTML',
  htm: 'HTML',
  dcm: 'DICOM',
  nrrd: 'NRRD',
  nii: 'NIfTI',
  gz: 'Archive',
  zip: 'Archive',
};

/** The kind of a file that is not a picture, by its ending; such a file is not fetched for a thumbnail. */
export function kindWithoutPicture(name: string): string | undefined {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase();
  return ending ? NOT_IMAGES[ending] : undefined;
}
