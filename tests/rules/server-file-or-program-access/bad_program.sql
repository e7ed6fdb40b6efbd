COPY orders FROM PROGRAM 'curl https://example.org/x';
