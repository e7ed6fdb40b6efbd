-- engine: mysql
CREATE TABLE orders (id bigint PRIMARY KEY, a int, b int, KEY k0 (a, b), KEY k1 (a, b), KEY k2 (a, b), KEY k3 (a, b), KEY k4 (a, b), KEY k5 (a, b), KEY k6 (a, b), KEY k7 (a, b), KEY k8 (a, b), KEY k9 (a, b));
