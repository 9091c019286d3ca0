import { useState } from 'preact/hooks';
import { bytes, count, nameOf, plural } from '../format.js';
import { api } from '../state/api.js';
import { buckets } from '../state/live.js';
import { useResource } from '../state/resource.js';
import { adjust, query, to } from '../state/router.js';
import { Dialog } from '../ui/dialog.js';
import { KindIcon } from '../ui/icons.js';
import { Ago, Empty, ErrorNote, Loading, Table, View } from '../ui/parts.js';
import { PayloadView } from '../ui/payload.js';

export function BucketsView() {
  return (
    <View title="Buckets" lead="Folders on this machine: put a file into one, and the functions that listen to it run.">
      {buckets.value === undefined && <Loading />}
      {buckets.value?.length === 0 && (
        <div class="card">
          <Empty title="This service has no bucket">
            <p>A bucket keeps objects, and tells functions of what is put there.</p>
            <pre>{"const photos = new Bucket(this, 'Photos');\n… triggers: { Upload: photos.objects({ suffix: '.jpg' }) }"}</pre>
          </Empty>
        </div>
      )}
      {buckets.value !== undefined && buckets.value.length > 0 && (
        <div class="card">
          <Table label="Buckets" head={['Name', 'Folder', ['Objects', 'number'], ['Size', 'number']]}>
            {buckets.value.map((bucket) => (
              <tr key={bucket.id} class="linked">
                <td>
                  <span class="named">
                    <KindIcon kind="bucket" />
                    <a class="row-link" href={to('buckets', bucket.id)}>
                      {bucket.label}
                    </a>
                  </span>
                </td>
                <td class="muted mono">{bucket.folder}</td>
                <td class="number">{count(bucket.objectCount)}</td>
                <td class="number">{bytes(bucket.sizeBytes)}</td>
              </tr>
            ))}
          </Table>
        </div>
      )}
    </View>
  );
}

export function BucketView({ id }: { id: string }) {
  const bucket = buckets.value?.find((one) => one.id === id);
  const prefix = query.value.get('prefix') ?? '';
  const objects = useResource(`${id} ${prefix} ${bucket?.objectCount} ${bucket?.sizeBytes}`, () =>
    api.objects(id, { prefix, limit: 200 }),
  );
  const [shown, setShown] = useState<string>();
  return (
    <View
      title={bucket?.label ?? nameOf(id)}
      kind="bucket"
      lead={bucket && `${plural(bucket.objectCount, 'object')}, ${bytes(bucket.sizeBytes)}, in ${bucket.folder}`}
      actions={
        <a class="button" href={to('send', undefined, { to: id })}>
          Put an object
        </a>
      }
    >
      <search>
        <input
          type="search"
          aria-label="Keys that begin with"
          placeholder="Keys that begin with"
          value={prefix}
          onInput={(event) => adjust({ prefix: event.currentTarget.value })}
        />
      </search>
      {objects.error && <ErrorNote error={objects.error} retry={objects.reload} />}
      {objects.data === undefined && !objects.error && <Loading />}
      {objects.data?.items.length === 0 && (
        <div class="card">
          <Empty title={prefix ? 'No key begins like that' : 'Nothing is in it'}>
            <p>{bucket ? `Put a file into ${bucket.folder}, or let a function do it.` : 'Let a function put something there.'}</p>
          </Empty>
        </div>
      )}
      {objects.data !== undefined && objects.data.items.length > 0 && (
        <div class="card">
          <Table label="Objects" head={['Key', 'Type', ['Size', 'number'], 'Changed', '(Actions)']}>
            {objects.data.items.map((object) => (
              <tr key={object.key}>
                <td class="mono">{object.key}</td>
                <td class="muted">{object.contentType}</td>
                <td class="number">{bytes(object.sizeBytes)}</td>
                <td class="muted">
                  <Ago timeMs={object.modifiedTimeMs} />
                </td>
                <td class="number">
                  <button type="button" class="small" aria-label={`Show ${object.key}`} onClick={() => setShown(object.key)}>
                    Show
                  </button>
                </td>
              </tr>
            ))}
          </Table>
          {objects.data.nextCursor && <p class="hint padded">There are more; type the beginning of a key to see them.</p>}
        </div>
      )}
      <Dialog label={`Object ${shown ?? ''}`} class="wide" open={shown !== undefined} onClose={() => setShown(undefined)}>
        {shown !== undefined && <ObjectContent bucketId={id} objectKey={shown} onClose={() => setShown(undefined)} />}
      </Dialog>
    </View>
  );
}

function ObjectContent({ bucketId, objectKey, onClose }: { bucketId: string; objectKey: string; onClose: () => void }) {
  const content = useResource(`${bucketId} ${objectKey}`, () => api.object(bucketId, objectKey));
  return (
    <div class="dialog-body">
      <div class="row spread">
        <h2 class="mono">{objectKey}</h2>
        <button type="button" class="small" onClick={onClose}>
          Close
        </button>
      </div>
      {content.error && <ErrorNote error={content.error} />}
      {content.data ? <PayloadView payload={content.data} label="Content" /> : !content.error && <Loading />}
    </div>
  );
}
