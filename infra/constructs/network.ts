import { type ISecurityGroup, type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'
import type { Settings } from '../settings.ts'

/** Where the functions run: in Lambda's own network, or in a VPC. */
export type Network = { readonly vpc?: IVpc; readonly securityGroups?: ISecurityGroup[] }

export function functionNetwork(scope: Construct, settings: Settings): Network {
  const { vpcId, availabilityZones, privateSubnetIds, securityGroupId } = settings
  if (vpcId === undefined) return {}
  const vpc = Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones, privateSubnetIds })
  const securityGroup =
    securityGroupId === undefined
      ? new SecurityGroup(scope, 'SecurityGroup', {
          vpc,
          description: 'The functions of the TensorFleet worker.',
        })
      : SecurityGroup.fromSecurityGroupId(scope, 'SecurityGroup', securityGroupId)
  return { vpc, securityGroups: [securityGroup] }
}
