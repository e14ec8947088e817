import { describe, expect, it } from 'vitest';
import type { SetupDocuments } from '$lib/api/types';
import { cloudFormation, corsCommands, terraform } from './templates';

const setup: SetupDocuments = {
  principal: 'arn:aws:iam::999988887777:user/insitu',
  identity: { principal: 'arn:aws:iam::999988887777:user/insitu' },
  publicUrl: 'https://hub.example',
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Resource: ['arn:aws:s3:::a/${aws:x}*'] }] },
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [{ Condition: { StringEquals: { 'sts:ExternalId': 'e' } } }],
  },
  cors: [
    {
      AllowedHeaders: ['*'],
      AllowedMethods: ['GET', 'HEAD'],
      AllowedOrigins: ['https://hub.example'],
      ExposeHeaders: ['ETag'],
      MaxAgeSeconds: 3600,
    },
  ],
};

type Allowed = {
  DependsOn?: string[];
  Properties: { PolicyName: string; Roles: object[]; PolicyDocument: { Statement: object[] } };
};

/** What the function of a stack may do, and what that is called. */
function allowedIn(resources: Record<string, Allowed>): [string, Allowed] {
  const found = Object.entries(resources).filter(([name]) => name.startsWith('CorsOf'));
  expect(found).toHaveLength(1);
  return found[0] as [string, Allowed];
}

describe('the CloudFormation template', () => {
  it('makes a role that trusts the hub and reads the buckets, and tells its ARN', () => {
    const { Resources, Outputs } = JSON.parse(cloudFormation(setup, 'IAM_DELEGATED', ['one']));
    const [role, ...others] = Object.keys(Resources);
    expect([role, ...others.filter((name) => !name.startsWith('CorsOf'))]).toEqual([
      'Role',
      'CorsRole',
      'CorsFunction',
      'CorsRules',
    ]);
    expect(Resources.Role.Properties.AssumeRolePolicyDocument).toEqual(setup.trustPolicy);
    expect(Resources.Role.Properties.Policies[0].PolicyDocument).toEqual(setup.policy);
    expect(Outputs).toEqual({ RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } });
  });

  it('makes a user with a key where no role is wanted', () => {
    const { Resources, Outputs } = JSON.parse(cloudFormation(setup, 'IAM_USER', []));
    expect(Object.keys(Resources)).toEqual(['User', 'Key']);
    expect(Resources.User.Properties.Policies[0].PolicyDocument).toEqual(setup.policy);
    expect(Resources.Key.Properties.UserName).toEqual({ Ref: 'User' });
    expect(Object.keys(Outputs)).toEqual(['AccessKeyId', 'SecretAccessKey']);
  });

  it('sets the CORS rule by a function that may touch the rules of these buckets and nothing else', () => {
    const { Resources } = JSON.parse(cloudFormation(setup, 'IAM_DELEGATED', ['one', 'my.two']));
    const { CorsRole, CorsFunction, CorsRules } = Resources;
    expect(CorsRole.Properties.Policies).toBeUndefined();
    const [, allowed] = allowedIn(Resources);
    expect(allowed.Properties.Roles).toEqual([{ Ref: 'CorsRole' }]);
    expect(allowed.Properties.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:GetBucketCORS', 's3:PutBucketCORS'],
        Resource: [
          { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::one' },
          { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::my.two' },
        ],
      },
    ]);
    const code = CorsFunction.Properties.Code.ZipFile;
    expect(code).toContain('def handler(event, context):');
    // What CloudFormation takes for a function's text.
    expect(code.length).toBeLessThanOrEqual(4096);
    expect(CorsRules.Properties.ServiceToken).toEqual({ 'Fn::GetAtt': ['CorsFunction', 'Arn'] });
    expect(CorsRules.Properties.Buckets).toEqual(['one', 'my.two']);
    expect(JSON.parse(CorsRules.Properties.Rules)).toEqual(setup.cors);
  });

  it('lets the function reach a bucket that an update leaves out until its rule is gone', () => {
    const resources = (buckets: string[]) =>
      JSON.parse(cloudFormation(setup, 'IAM_DELEGATED', buckets)).Resources as Record<string, Allowed>;
    const [before, after] = [resources(['one', 'two']), resources(['one'])];
    const [old, oldPolicy] = allowedIn(before);
    const [young, youngPolicy] = allowedIn(after);
    // What is not in the new template is deleted after everything that is.
    expect(after).not.toHaveProperty(old);
    expect(young).toMatch(/^CorsOf[0-9A-F]{8}$/);
    expect(youngPolicy.Properties.PolicyName).not.toBe(oldPolicy.Properties.PolicyName);
    // The new one is there before the rules are changed, and both are there after what allows it when the stack goes.
    expect([before.CorsRules?.DependsOn, after.CorsRules?.DependsOn]).toEqual([[old], [young]]);
    // Nothing else of the stack changes with the buckets, so nothing that the function needs is made anew.
    expect([after.CorsRole, after.CorsFunction]).toEqual([before.CorsRole, before.CorsFunction]);
    // In another order they are the same buckets.
    expect(allowedIn(resources(['two', 'one']))[0]).toBe(old);
  });
});

describe('the Terraform configuration', () => {
  it('writes policies as they are, but for what Terraform would fill in', () => {
    const text = terraform(setup, 'IAM_DELEGATED', ['one', 'two']);
    expect(text).toContain('a/$${aws:x}*');
    const documents = [...text.matchAll(/<<-JSON\n([^]*?)\n\s*JSON/g)].map(([, json]) =>
      JSON.parse(json ?? ''),
    );
    expect(documents[0]).toEqual(setup.trustPolicy);
    expect(documents).toHaveLength(2);
  });

  it('sets the CORS rule of every bucket, and of none where none is named', () => {
    const text = terraform(setup, 'IAM_USER', ['one', 'two']);
    expect(text).toContain('for_each = toset(["one", "two"])');
    expect(text).toContain('allowed_methods = ["GET", "HEAD"]');
    expect(text).toContain('max_age_seconds = 3600');
    expect(text).toMatch(/# .*replaces what is there/);
    expect(terraform(setup, 'IAM_USER', [])).not.toContain('cors');
  });
});

it('sets the CORS rules of an S3-compatible server bucket by bucket', () => {
  expect(corsCommands(' https://minio.example.com ', ['one', 'two']).split('\n')).toEqual(
    ['one', 'two'].map(
      (bucket) =>
        `aws s3api put-bucket-cors --endpoint-url https://minio.example.com --bucket ${bucket} --cors-configuration file://cors.json`,
    ),
  );
  expect(corsCommands('', ['one'])).toContain('--endpoint-url https://your-server.example.com ');
});
