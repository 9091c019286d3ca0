throw new Error('this is the placeholder that faasten/testing puts in place of bundled code; it is not meant to be deployed');
