// Everything that a bucket's owner sets up in AWS as one file: a CloudFormation template, a Terraform configuration.
import type { AccessType } from '$lib/api/storages';
import type { SetupDocuments } from '$lib/api/types';

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

/** A document as people paste it. */
export function pretty(document: unknown): string {
  return JSON.stringify(document, null, 2);
}

/** A template in JSON: a role, or a user with a key, that can read the buckets. */
export function cloudFormation(setup: SetupDocuments, accessType: AccessType): string {
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
  return pretty({ AWSTemplateFormatVersion: '2010-09-09', Resources: resources, Outputs: outputs });
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
  return [...identity, ...(buckets.length ? [cors] : [])].join('\n\n');
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
