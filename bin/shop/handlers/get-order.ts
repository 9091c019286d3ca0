import { type BucketReader, http } from 'faasten/runtime';
import { keys } from '../model.js';

export default http<{ data: BucketReader }>(async (_request, { params, links }) => {
  const stored = await links.data.get(keys.order(params.id!));
  if (!stored) return Response.json({ title: `there is no order '${params.id}'`, status: 404 }, { status: 404 });
  return Response.json(await stored.json());
});
