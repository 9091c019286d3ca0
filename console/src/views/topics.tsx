import { count } from '../format.js';
import { topics } from '../state/live.js';
import { to } from '../state/router.js';
import { KindIcon } from '../ui/icons.js';
import { Ago, Empty, Loading, Table, View } from '../ui/parts.js';
import { labelOf } from './addresses.js';

export function TopicsView() {
  return (
    <View title="Topics" lead="News for whoever wants to know: each subscription gets the messages that its filter lets through.">
      {topics.value === undefined && <Loading />}
      {topics.value?.length === 0 && (
        <div class="card">
          <Empty title="This service has no topic">
            <p>A topic tells several functions of one event, and its sender knows none of them.</p>
            <pre>
              {
                "const events = new Topic(this, 'OrderEvents');\n… triggers: { Paid: events.messages({ filter: { status: ['paid'] } }) }"
              }
            </pre>
          </Empty>
        </div>
      )}
      {topics.value?.map((topic) => (
        <section key={topic.id} class="card" aria-label={topic.label}>
          <div class="card-head">
            <h2 class="named">
              <KindIcon kind="topic" />
              {topic.label}
              <span class="badge">{count(topic.publishedCount)} published</span>
            </h2>
            <span class="row">
              {topic.lastPublishedTimeMs !== undefined && (
                <span class="muted">
                  last <Ago timeMs={topic.lastPublishedTimeMs} />
                </span>
              )}
              <a class="button small" href={to('send', undefined, { to: topic.id })}>
                Publish
              </a>
            </span>
          </div>
          {topic.subscriptions.length === 0 ? (
            <p class="muted padded">Nobody subscribes: what is published is gone.</p>
          ) : (
            <Table
              label={`Subscriptions of ${topic.label}`}
              head={['Function', 'Filter', ['Delivered', 'number'], ['Filtered out', 'number']]}
            >
              {topic.subscriptions.map((one) => (
                <tr key={`${one.functionId}/${one.trigger}`} class="linked">
                  <td>
                    <a class="row-link" href={to('functions', one.functionId)}>
                      {labelOf(one.functionId)}
                    </a>
                  </td>
                  <td>
                    {Object.keys(one.filter).length === 0 ? (
                      <span class="muted">every message</span>
                    ) : (
                      Object.entries(one.filter).map(([name, values]) => (
                        <code key={name}>
                          {name}: {values.join(' or ')}{' '}
                        </code>
                      ))
                    )}
                  </td>
                  <td class="number">{count(one.deliveredCount)}</td>
                  <td class="number">{count(one.filteredCount)}</td>
                </tr>
              ))}
            </Table>
          )}
        </section>
      ))}
    </View>
  );
}
