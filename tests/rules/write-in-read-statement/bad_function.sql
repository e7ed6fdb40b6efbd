SELECT refund_order(7);
