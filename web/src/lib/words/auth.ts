// The words before somebody is signed in: signing in, setting up a hub, joining by an invitation.
import type { OrganizationRole } from '$lib/api/types';

export const words = {
  emailShape: 'Enter an e-mail address such as ada@example.org.',
  passwordShort: (least: number) => `Use at least ${least} characters.`,
  signIn: 'Sign in',
  signInTitle: 'Sign in to Insitu',
  signingInByLink: 'Signing you in…',
  linkFailed: 'This sign-in link could not be used.',
  forgotten: 'Forgotten your password? Whoever runs this hub can reset it.',
  setupTitle: 'Set up this hub',
  setupText: 'Create the first organization and its owner. Everybody else joins by invitation.',
  organizationName: 'Organization',
  yourName: 'Your name',
  passwordHint: (least: number) => `At least ${least} characters.`,
  setUp: 'Create organization',
  invitationTitle: (organization: string) => `Join ${organization}`,
  invitationText: (to: string, role: OrganizationRole) =>
    `This invitation is for ${to}, as ${role === 'owner' ? 'an owner' : role === 'admin' ? 'an admin' : 'a member'}.`,
  invitationFailed: 'This invitation could not be opened.',
  joinedAlready: 'Have you joined already?',
  goOn: 'Go to your projects',
  accept: 'Join',
  acceptExisting: 'You have an account already: join with it.',
};
