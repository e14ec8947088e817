// Everything that a bucket's owner sets up in AWS as one file: a CloudFormation template, a Terraform configuration.
import type { AccessType } from '$lib/api/storages';
import type { SetupDocuments } from '$lib/api/types';
import { pastable } from '$lib/format/pastable';
import bucketCors from './bucketCors.py?raw';

/** One rule of a bucket's CORS configuration, as the hub writes it and S3's console takes it. */
type CorsRule = {
  AllowedHeaders: string[];
  AllowedMethods: string[];
  AllowedOrigins: string[];
  ExposeHeaders: string[];
  MaxAgeSeconds: number;
};

const NAME = 'insitu-read';
const POLICY_NAME = 'insitu-read-buckets';
/** What Terraform does that CloudFormation's function does not. */
const CORS_REPLACES = `# A bucket has one CORS configuration, and this one replaces what is there. Where a bucket has rules
# already, copy them in as further cors_rule blocks, or add this block to the resource that makes them.`;

/** A document as people paste it. */
export function pretty(document: unknown): string {
  return pastable(document);
}

/** A template in JSON: a role, or a user with a key, that can read the buckets, and the CORS rule of each bucket. */
export function cloudFormation(setup: SetupDocuments, accessType: AccessType, buckets: string[]): string {
  const policies = [{ PolicyName: POLICY_NAME, PolicyDocument: setup.policy }];
  const resources =
    accessType === 'IAM_DELEGATED'
      ? {
          Role: {
            Type: 'AWS::IAM::Role',
            Properties: { AssumeRolePolicyDocument: setup.trustPolicy, Policies: policies },
          },
        }
      : {
          User: { Type: 'AWS::IAM::User', Properties: { Policies: policies } },
          Key: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: { Ref: 'User' } } },
        };
  const outputs =
    accessType === 'IAM_DELEGATED'
      ? { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } }
      : {
          AccessKeyId: { Value: { Ref: 'Key' } },
          SecretAccessKey: { Value: { 'Fn::GetAtt': ['Key', 'SecretAccessKey'] } },
        };
  return pretty({
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: { ...resources, ...(buckets.length ? corsResources(setup, buckets) : {}) },
    Outputs: outputs,
  });
}

/**
 * CloudFormation changes no bucket that it did not make, so a function of the stack does: it may read and write the CORS
 * rules of these buckets and nothing else, adds ours, and takes them away with the stack.
 *
 * It also takes them away from a bucket that an update leaves out, and must still be allowed to then. An update first makes
 * and changes, what others depend on before them, and deletes what is not in the new template at its end, when all else has
 * succeeded. So what the function may do is a resource of its own, called after its buckets: another list is another
 * resource, which is there before the function is called for it, while the one of the list before goes only after. The
 * two have different names in the role, because for that while it has both. An update that fails takes the same steps
 * back; and where a stack goes, or its last bucket, the rules go before what allows it, because they depend on it.
 */
function corsResources(setup: SetupDocuments, buckets: string[]) {
  const list = fingerprint([...buckets].sort().join(' '));
  const allowed = `CorsOf${list}`;
  const attribute = (resource: string) => ({ 'Fn::GetAtt': [resource, 'Arn'] });
  return {
    CorsRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'lambda.amazonaws.com' },
              Action: 'sts:AssumeRole',
            },
          ],
        },
      },
    },
    [allowed]: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: `cors-of-${list}`,
        Roles: [{ Ref: 'CorsRole' }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['s3:GetBucketCORS', 's3:PutBucketCORS'],
              Resource: buckets.map((bucket) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:s3:::${bucket}` })),
            },
          ],
        },
      },
    },
    CorsFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'python3.13',
        Handler: 'index.handler',
        Timeout: 300,
        Role: attribute('CorsRole'),
        Code: { ZipFile: bucketCors },
      },
    },
    CorsRules: {
      Type: 'Custom::BucketCors',
      DependsOn: [allowed],
      Properties: {
        ServiceToken: attribute('CorsFunction'),
        Buckets: buckets,
        // As text, because CloudFormation makes texts of all numbers.
        Rules: JSON.stringify(setup.cors),
      },
    },
  };
}

/** Eight letters and digits that follow from a text and hardly from another: FNV-1a. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0').toUpperCase();
}

/** Sets the CORS rules of each bucket of an S3-compatible server with AWS's command line. */
export function corsCommands(endpoint: string, buckets: string[]): string {
  const at = endpoint.trim() || 'https://your-server.example.com';
  return buckets
    .map(
      (bucket) =>
        `aws s3api put-bucket-cors --endpoint-url ${at} --bucket ${bucket} --cors-configuration file://cors.json`,
    )
    .join('\n');
}

/** The whole of it in Terraform's language, with the CORS rule of each bucket. */
export function terraform(setup: SetupDocuments, accessType: AccessType, buckets: string[]): string {
  const identity =
    accessType === 'IAM_DELEGATED'
      ? [
          block('resource "aws_iam_role" "insitu"', [
            `name               = "${NAME}"`,
            `assume_role_policy = ${heredoc(setup.trustPolicy)}`,
          ]),
          block('resource "aws_iam_role_policy" "insitu"', [
            'role   = aws_iam_role.insitu.id',
            `policy = ${heredoc(setup.policy)}`,
          ]),
          block('output "role_arn"', ['value = aws_iam_role.insitu.arn']),
        ]
      : [
          block('resource "aws_iam_user" "insitu"', [`name = "${NAME}"`]),
          block('resource "aws_iam_user_policy" "insitu"', [
            'user   = aws_iam_user.insitu.name',
            `policy = ${heredoc(setup.policy)}`,
          ]),
          block('resource "aws_iam_access_key" "insitu"', ['user = aws_iam_user.insitu.name']),
          block('output "access_key_id"', ['value = aws_iam_access_key.insitu.id']),
          block('output "secret_access_key"', [
            'value     = aws_iam_access_key.insitu.secret',
            'sensitive = true',
          ]),
        ];
  const rules = (setup.cors as CorsRule[]).map(corsBlock);
  const cors = block('resource "aws_s3_bucket_cors_configuration" "insitu"', [
    `for_each = toset(${list(buckets)})`,
    'bucket   = each.value',
    ...rules,
  ]);
  return [...identity, ...(buckets.length ? [`${CORS_REPLACES}\n${cors}`] : [])].join('\n\n');
}

function corsBlock(rule: CorsRule): string {
  return block('cors_rule', [
    `allowed_headers = ${list(rule.AllowedHeaders)}`,
    `allowed_methods = ${list(rule.AllowedMethods)}`,
    `allowed_origins = ${list(rule.AllowedOrigins)}`,
    `expose_headers  = ${list(rule.ExposeHeaders)}`,
    `max_age_seconds = ${rule.MaxAgeSeconds}`,
  ]);
}

function list(texts: string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(', ')}]`;
}

function block(head: string, lines: string[]): string {
  return `${head} {\n${lines.map(indent).join('\n')}\n}`;
}

/** JSON between two marks is taken as it stands; AWS's policy variables would be read as Terraform's, so they are escaped. */
function heredoc(document: unknown): string {
  return `<<-JSON\n${pretty(document).replaceAll('${', () => '$${')}\nJSON`;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
