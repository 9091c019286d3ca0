import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { HttpApi } from 'faasten';
import { AwsBucket, AwsDashboard, AwsQueue } from 'faasten/aws';
import { Shop } from '../../../../bin/shop/shop.js';
import { Everything } from '../everything/everything.js';

// The shop as bin/aws.ts places it, everything else beside it, and addresses for the test.
const app = new App();
const shop = new Stack(app, 'shop');
const service = new Shop(shop, 'Shop');
const { node } = service;
new CfnOutput(shop, 'Dashboard', { value: AwsDashboard.tryOf(service)!.dashboardName });
new CfnOutput(shop, 'Url', { value: (node.findChild('Api') as HttpApi).url });

const everything = new Stack(app, 'everything');
const all = new Everything(everything, 'All', { root: process.env.HANDLERS, without: process.env.WITHOUT?.split(',') });
new CfnOutput(everything, 'Url', { value: all.api.url });
new CfnOutput(everything, 'Seen', { value: AwsBucket.of(all.node.findChild('Seen') as never).bucket.bucketName });
new CfnOutput(everything, 'Uploads', { value: AwsBucket.of(all.node.findChild('Uploads') as never).bucket.bucketName });
for (const name of ['Rest', 'One', 'Sockets'])
  new CfnOutput(everything, name, { value: (all.node.findChild(name) as HttpApi).url });
const jobs = AwsQueue.of(all.node.findChild('Jobs') as never);
new CfnOutput(everything, 'Jobs', { value: jobs.queue.queueUrl });
new CfnOutput(everything, 'DeadJobs', { value: jobs.deadLetters!.queueUrl });

// The server knows no metric math in templates: there, an alarm on a share watches the first metric of it.
for (const alarm of app.node.findAll()) {
  if (!(alarm instanceof CfnAlarm) || !alarm.metrics) continue;
  const { metricStat } = Stack.of(alarm)
    .resolve(alarm.metrics)
    .find((each: CfnAlarm.MetricDataQueryProperty) => each.metricStat);
  alarm.metrics = undefined;
  alarm.namespace = metricStat.metric.namespace;
  alarm.metricName = metricStat.metric.metricName;
  alarm.dimensions = metricStat.metric.dimensions;
  alarm.statistic = metricStat.stat;
  alarm.period = metricStat.period;
}
