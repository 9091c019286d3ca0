import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { Shop } from '../../../bin/shop/shop.js';
import { synthesize } from '../../../lib/testing/index.js';
import { type Manifest, newChart, newWatchedChart } from './charts.js';

function shop(chart = newWatchedChart({ namespace: 'shop' })): Manifest[] {
  new Shop(chart, 'Shop');
  return synthesize(chart) as Manifest[];
}

test('what the shop is made of', () => {
  const manifests = shop();
  const list = manifests.map(({ kind, metadata }) => `${kind} ${metadata.annotations['faasten.dev/path']}`);
  const counts = Object.fromEntries([...new Set(manifests.map(({ kind }) => kind))].sort().map((kind) => [kind, 0]));
  for (const { kind } of manifests) counts[kind]! += 1;
  expect(counts).toEqual({
    Broker: 5, // Orders, OrderEvents, those of NightlyReport and Charge, and that of Thumbnail's trigger
    CephBucketNotification: 1,
    CephBucketTopic: 1,
    ConfigMap: 21, // code and source maps of ten functions, and the dashboard
    HTTPRoute: 1,
    ObjectBucketClaim: 2, // Data, Photos
    PingSource: 1,
    PodMonitor: 1,
    PrometheusRule: 1, // all alerts of the chart
    ReferenceGrant: 1,
    Service: 11, // ten functions, and the one that logs dead letters
    ServiceAccount: 11,
    Trigger: 5, // Orders, Settled, Nightly, Upload, and starts of Charge
  });
  expect(list.filter((line) => line.startsWith('Service '))).toEqual([
    'Service shop/Shop/ListProducts',
    'Service shop/Shop/CreateOrder',
    'Service shop/Shop/GetOrder',
    'Service shop/Shop/UploadPhoto',
    'Service shop/Shop/GetPhoto',
    'Service shop/Shop/Charge',
    'Service shop/Shop/Fulfil',
    'Service shop/Shop/Notify',
    'Service shop/Shop/NightlyReport',
    'Service shop/Shop/Thumbnail',
    'Service shop/FaastenDeadLetters',
  ]);
});

test('names are unique for each kind, and fit', () => {
  const names = shop().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
  for (const { kind, metadata } of shop()) if (kind !== 'ConfigMap') expect(metadata.name.length).toBeLessThanOrEqual(48);
});

test('the same declaration makes the same manifests', () => {
  expect(JSON.stringify(shop())).toBe(JSON.stringify(shop()));
});

describe('place', () => {
  test('two shops in one chart share nothing but the log of dead letters', () => {
    const chart = newChart({ namespace: 'shop' });
    new Shop(new Construct(chart, 'A'), 'Shop');
    const manifests = shop(chart);
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(manifests.filter(({ kind }) => kind === 'Service')).toHaveLength(21);
  });

  test('a chart below a chart is a unit of its own', () => {
    const outer = new Chart(new App(), 'outer', { namespace: 'outer' });
    const inner = new Chart(outer, 'inner', { namespace: 'inner' });
    const manifests = shop(inner);
    expect(
      manifests.every(({ metadata, kind }) => metadata.namespace === (kind === 'ReferenceGrant' ? 'kourier-system' : 'inner')),
    ).toBe(true);
    expect(synthesize(outer)).toEqual([]);
  });
});
