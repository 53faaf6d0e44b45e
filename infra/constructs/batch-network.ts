import { RemovalPolicy } from 'aws-cdk-lib'
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  type ISecurityGroup,
  type IVpc,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Network } from './network.ts'

type BatchNetwork = {
  readonly vpc: IVpc
  readonly securityGroups: ISecurityGroup[]
  /** Whether a container needs an address of its own to reach AWS and the registry. */
  readonly isPublic: boolean
}

/** The functions' VPC, or where they have none, one of Batch's own: two public subnets, nothing that costs by the hour, no way in. */
export function batchNetwork(scope: Construct, { vpc, securityGroups }: Network): BatchNetwork {
  if (vpc !== undefined && securityGroups !== undefined) return { vpc, securityGroups, isPublic: false }
  const own = new Vpc(scope, 'Vpc', {
    maxAzs: 2,
    natGateways: 0,
    subnetConfiguration: [{ name: 'public', subnetType: SubnetType.PUBLIC }],
    gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
    restrictDefaultSecurityGroup: false,
    flowLogs: {
      all: {
        destination: FlowLogDestination.toCloudWatchLogs(
          new LogGroup(scope, 'FlowLog', {
            retention: RetentionDays.ONE_WEEK,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        ),
      },
    },
  })
  const group = new SecurityGroup(scope, 'SecurityGroup', {
    vpc: own,
    description: 'The containers of the TensorFleet worker in AWS Batch.',
  })
  return { vpc: own, securityGroups: [group], isPublic: true }
}
