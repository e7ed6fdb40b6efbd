DO LANGUAGE plperlu 'system(1)';
