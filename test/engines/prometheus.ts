/** Prometheus: its tool, which reads rules and runs them over series, and the server, which scrapes what runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Availability, command, freePort, run } from './engine.js';
import { type Running, start } from './process.js';

export function available(): Availability {
  return command('promtool') === undefined ? 'promtool is not on the PATH; run .ci/install-prometheus.sh' : true;
}

/** What `promtool check rules` says of the `spec` of a PrometheusRule; empty when it is right. */
export function checkRules(spec: object): string {
  return inFolder((folder) => {
    const file = join(folder, 'rules.yaml');
    writeFileSync(file, stringify(spec));
    const { status, stdout, stderr } = run('promtool', ['check', 'rules', file]);
    return status === 0 ? '' : stdout + stderr;
  });
}

/** Samples of one series: a value for each step, or undefined where there is none. */
export interface Series {
  /** `name{label="value"}` */
  readonly series: string;
  readonly values: readonly (number | undefined)[];
}

/** What an expression must give at a time. */
export interface Expectation {
  readonly expr: string;
  readonly atSeconds: number;
  readonly samples: readonly { readonly labels: string; readonly value: number }[];
}

/** Runs rules over series with `promtool test rules`. Gives what differs; empty when all is as expected. */
export function testRules(
  spec: object,
  stepSeconds: number,
  series: readonly Series[],
  expected: readonly Expectation[],
): string {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'rules.yaml'), stringify(spec));
    const test = {
      rule_files: ['rules.yaml'],
      evaluation_interval: '1m',
      tests: [
        {
          interval: `${stepSeconds}s`,
          input_series: series.map(({ series: name, values }) => ({
            series: name,
            values: values.map((value) => value ?? '_').join(' '),
          })),
          promql_expr_test: expected.map(({ expr, atSeconds, samples }) => ({
            expr,
            eval_time: `${atSeconds}s`,
            exp_samples: samples,
          })),
        },
      ],
    };
    const file = join(folder, 'test.yaml');
    // promtool limits the length of no line, and JSON is YAML.
    writeFileSync(file, JSON.stringify(test));
    const { status, stdout, stderr } = run('promtool', ['test', 'rules', file]);
    return status === 0 ? '' : stdout + stderr;
  });
}

export interface Server extends Running {
  /** What an expression gives now. */
  query(expr: string): Promise<readonly { readonly metric: Readonly<Record<string, string>>; readonly value: number }[]>;
}

/** Starts a server on the loopback interface that scrapes addresses each second and evaluates rules. */
export async function startPrometheus(
  folder: string,
  rules: object,
  targets: readonly { readonly address: string; readonly labels: Readonly<Record<string, string>> }[],
): Promise<Server> {
  const port = await freePort();
  const configuration = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [
      { job_name: 'functions', static_configs: targets.map(({ address, labels }) => ({ targets: [address], labels })) },
    ],
  };
  writeFileSync(join(folder, 'rules.yaml'), stringify(rules));
  writeFileSync(join(folder, 'prometheus.yaml'), stringify(configuration));
  const listen = `--web.listen-address=127.0.0.1:${port}`;
  const server = start('prometheus', ['--config.file=prometheus.yaml', '--storage.tsdb.path=data', listen], { cwd: folder });
  const query: Server['query'] = async (expr) => {
    const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`;
    const answer = await fetch(url).catch(() => undefined);
    const said = (await answer?.json().catch(() => undefined)) as { data: { result: any[] } } | undefined;
    return (said?.data.result ?? []).map((each) => ({ metric: each.metric, value: Number(each.value[1]) }));
  };
  return { ...server, query };
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'faasten-promtool-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
