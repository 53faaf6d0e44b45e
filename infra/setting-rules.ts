import { type Settings, sendsEvents } from './settings.ts'

type Rule = { readonly isBroken: (settings: Settings) => boolean; readonly sentence: string }

const rules: readonly Rule[] = [
  {
    isBroken: ({ mongoSecretArn, mongoUrl }) => mongoSecretArn === undefined && mongoUrl === undefined,
    sentence: 'The registry needs a MongoDB: set mongoSecretArn, or mongoUrl for one without a password.',
  },
  {
    isBroken: ({ mongoSecretArn, mongoUrl }) => mongoSecretArn !== undefined && mongoUrl !== undefined,
    sentence:
      'Both mongoSecretArn and mongoUrl are set, and the registry has one address: remove one of them.',
  },
  {
    isBroken: ({ vpcId, availabilityZones, privateSubnetIds }) =>
      vpcId !== undefined && (availabilityZones.length === 0 || privateSubnetIds.length === 0),
    sentence: 'vpcId needs availabilityZones and privateSubnetIds: set all three.',
  },
  {
    isBroken: ({ vpcId, ...others }) =>
      vpcId === undefined &&
      (others.availabilityZones.length > 0 ||
        others.privateSubnetIds.length > 0 ||
        others.securityGroupId !== undefined),
    sentence:
      'availabilityZones, privateSubnetIds and securityGroupId have no effect without vpcId: set it, too.',
  },
  {
    isBroken: ({ availabilityZones, privateSubnetIds }) =>
      availabilityZones.length > 0 && privateSubnetIds.length % availabilityZones.length !== 0,
    sentence: 'privateSubnetIds must have as many subnets in each of the availabilityZones.',
  },
  {
    isBroken: ({ webhookUrl, webhookSecretArn }) =>
      (webhookUrl === undefined) !== (webhookSecretArn === undefined),
    sentence: 'webhookUrl and webhookSecretArn go together: set both, or none.',
  },
  {
    isBroken: (settings) =>
      !sendsEvents(settings) && (settings.eventTopic || settings.webhookUrl !== undefined),
    sentence:
      'eventTopic and webhookUrl get nothing without events: set events=true (in a VPC it needs a way to EventBridge).',
  },
  {
    isBroken: ({ batch, packaging }) => batch !== 'none' && packaging !== 'image',
    sentence: 'batch runs the image of train: set packaging=image, or batch=none.',
  },
  {
    isBroken: ({ retrySeconds, timeout }) => retrySeconds > timeout,
    sentence: 'retrySeconds must not be longer than timeout.',
  },
  {
    isBroken: ({ removal, terminationProtection }) => removal === 'destroy' && terminationProtection === true,
    sentence: 'terminationProtection keeps a stack and removal=destroy gives it away: remove one of them.',
  },
]

/** A sentence about the first settings that do not go together, or undefined. */
export function impossibleCombination(settings: Settings): string | undefined {
  return rules.find(({ isBroken }) => isBroken(settings))?.sentence
}
